// SPDX-License-Identifier: BSD-3-Clause
// Choice of the kernel at run time. ARGYRODITE_KERNEL in the environment overrides it.
#include <cstdlib>

#include "argyrodite/kernel.hpp"

namespace argyrodite {

#if defined(__x86_64__)
extern const Kernel kernel_avx512, kernel_avx2;
#endif
extern const Kernel kernel_sse2;

namespace {

std::vector<const Kernel *> runnable() {
  std::vector<const Kernel *> kernels;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl"))
    kernels.push_back(&kernel_avx512);
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    kernels.push_back(&kernel_avx2);
#endif
  kernels.push_back(&kernel_sse2);
  return kernels;
}

}  // namespace

std::vector<std::string> available_kernels() {
  std::vector<std::string> names;
  for (const Kernel *kernel : runnable()) names.emplace_back(kernel->name);
  return names;
}

const Kernel &select_kernel(const std::string &name) {
  const char *environment = std::getenv("ARGYRODITE_KERNEL");
  const std::string wanted = name.empty() && environment != nullptr ? environment : name;
  const std::vector<const Kernel *> kernels = runnable();
  if (wanted.empty()) return *kernels.front();
  std::string known;
  for (const Kernel *kernel : kernels) {
    if (wanted == kernel->name) return *kernel;
    known += std::string(known.empty() ? "" : ", ") + kernel->name;
  }
  throw PotentialError("kernel '" + wanted + "' cannot run on this processor; available: " + known);
}

}  // namespace argyrodite
