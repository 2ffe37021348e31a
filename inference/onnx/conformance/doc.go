// Package conformance runs folders in the layout of ONNX's backend tests: a model
// beside inputs and the outputs that are expected of it.
//
//	<case>/model.onnx
//	<case>/test_data_set_<n>/input_<i>.pb, output_<i>.pb
//	<name>.onnx, <name>_output_<i>.pb        whole architectures; their input is 0, 1/n, 2/n, ...
//
// Cases finds them, Run runs one. A case passes if floats agree within relative
// 1e-3 and absolute 1e-5, and everything else exactly.
package conformance
