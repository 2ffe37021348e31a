// Package learn holds what the training programs of the demonstration models share:
// matrix products, Adam's rule, counted random numbers and the state of a run that
// was interrupted.
//
// Products run on the kernels of inference/kernel, which give the same bits on every
// machine and with any number of cores; everything else here keeps that property, so
// a training run is a pure function of its flags.
package learn
