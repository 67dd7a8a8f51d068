// SPDX-License-Identifier: BSD-3-Clause
// The kernel of one instruction set: compiled once for each, with ARGYRODITE_ISA set to its name.
#include "argyrodite/kernel.hpp"
#include "evaluation.hpp"
#include "grades.hpp"
#include "pairs.hpp"
#include "parameter_gradient.hpp"

#define ARGYRODITE_CONCAT_(a, b) a##b
#define ARGYRODITE_CONCAT(a, b) ARGYRODITE_CONCAT_(a, b)
#define ARGYRODITE_STRING_(a) #a
#define ARGYRODITE_STRING(a) ARGYRODITE_STRING_(a)

namespace argyrodite {

extern const Kernel ARGYRODITE_CONCAT(kernel_, ARGYRODITE_ISA);
const Kernel ARGYRODITE_CONCAT(kernel_, ARGYRODITE_ISA) = {
    ARGYRODITE_STRING(ARGYRODITE_ISA), W, work_size, gather, assemble, scatter, evaluate,
    linear_basis, gradient, features, grade};

}  // namespace argyrodite
