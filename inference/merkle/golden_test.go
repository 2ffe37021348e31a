package merkle_test

// Computed by an independent program from the text of FORMAT.md section 2.
const (
	goldenEmpty  = "011d145d98d590f8755dbb1dddb6194211ef839eae780ab19b9bf1c39ad4b3f9"
	goldenABC    = "b0acef722f9e48072c374006dac1df7d206ba2f2e176ac2c912e5bb988f90474"
	goldenF32    = "ee170c4ac62fcc14e6b4204a8ff20a827452b944212e042f5e51c14643e588d0"
	goldenList   = "8878f94cda23f7fd417e1211f2ccaac57f1eb09625a66a1d99f63ceb2b3c3933"
	goldenNoList = "94e22166cd1a329e912315275b7f36283c9a7e29890d7316123843a00c5f4743"
)
