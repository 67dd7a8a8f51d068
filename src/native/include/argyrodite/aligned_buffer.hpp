// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <utility>

namespace argyrodite {

/// Doubles aligned for the widest vectors.
class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  explicit AlignedBuffer(std::size_t size) { reset(size); }
  ~AlignedBuffer() { std::free(data_); }
  AlignedBuffer(const AlignedBuffer &) = delete;
  AlignedBuffer &operator=(const AlignedBuffer &) = delete;
  AlignedBuffer(AlignedBuffer &&other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

  /// Makes room for `size` zeros; what was there is lost.
  void reset(std::size_t size) {
    if (size > size_ || data_ == nullptr) {
      std::free(data_);
      data_ = nullptr;
      size_ = 0;
      data_ = static_cast<double *>(std::aligned_alloc(64, (size * sizeof(double) + 63) / 64 * 64 + 64));
      if (data_ == nullptr) throw std::bad_alloc();
      size_ = size;
    }
    std::fill(data_, data_ + size, 0.0);
  }
  double *data() { return data_; }
  const double *data() const { return data_; }
  std::size_t size() const { return size_; }

 private:
  double *data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace argyrodite
