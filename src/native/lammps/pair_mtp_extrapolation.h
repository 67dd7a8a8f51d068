// SPDX-License-Identifier: GPL-2.0-only
// pair_style mtp/extrapolation POTENTIAL ACTIVE_SET [species NAME ...]
// pair_coeff * * NAME ...
#ifndef LMP_PAIR_MTP_EXTRAPOLATION_H
#define LMP_PAIR_MTP_EXTRAPOLATION_H

#include "pair_mtp.h"

#include "argyrodite/active_set.hpp"

namespace LAMMPS_NS {

/// Pair style mtp that grades extrapolation on the steps on which `fix pair` asks for it.
class PairMTPExtrapolation : public PairMTP {
 public:
  explicit PairMTPExtrapolation(class LAMMPS *);
  ~PairMTPExtrapolation() override;

  void compute(int, int) override;
  void settings(int, char **) override;
  void coeff(int, char **) override;
  void *extract(const char *, int &) override;
  void *extract_peratom(const char *, int &) override;
  double memory_usage() override;

 protected:
  void block_done(const argyrodite::BlockBuilder::Found &) override;
  void grow_grades();
  void finish_grades();

  std::unique_ptr<argyrodite::Grader> grader;
  std::string expected_id;      // of the potential that the active set belongs to
  int gamma_flag = 0;           // set by fix pair before a step, and reset after it
  double largest = 0.0;         // of this rank's atoms, on the current step
  double *gamma = nullptr;      // [atom->nmax]
  int gamma_size = 0;
  argyrodite::AlignedBuffer features;
  std::vector<double> feature_sum;    // over this rank's atoms (configuration mode)
};

}    // namespace LAMMPS_NS

#endif
