// SPDX-License-Identifier: GPL-2.0-only
#include "pair_mtp_extrapolation.h"

#include "atom.h"
#include "comm.h"
#include "error.h"
#include "memory.h"

#include "argyrodite/identity.hpp"

#include <algorithm>
#include <cstring>

using namespace LAMMPS_NS;

PairMTPExtrapolation::PairMTPExtrapolation(LAMMPS *lmp) : PairMTP(lmp)
{
  style = "mtp/extrapolation";
  nextra = 1;    // for compute pair: the largest grade of the last graded step
  pvector = new double[1]{0.0};
}

PairMTPExtrapolation::~PairMTPExtrapolation()
{
  memory->destroy(gamma);
  delete[] pvector;
}

void PairMTPExtrapolation::settings(int narg, char **arg)
{
  if (narg < 2)
    error->all(FLERR, "Illegal pair_style mtp/extrapolation: expected 'pair_style mtp/extrapolation "
               "POTENTIAL ACTIVE_SET [species NAME ...]'");
  std::vector<char *> others(arg, arg + narg);
  others.erase(others.begin() + 1);
  PairMTP::settings(narg - 1, others.data());
  const std::string content = read_file(arg[1], "active set");
  std::string problem;
  try {
    const argyrodite::ActiveSet set = argyrodite::parse_active_set(content);
    grader = std::make_unique<argyrodite::Grader>(*model, set);
    expected_id = set.potential_id;
  } catch (const std::exception &failure) {
    problem = failure.what();
  }
  if (!problem.empty()) error->all(FLERR, "Pair style {}: {}: {}", style, arg[1], problem);
  features.reset(grader->feature_size());
  feature_sum.assign(grader->per_atom() ? 0 : grader->parameters(), 0.0);
}

void PairMTPExtrapolation::coeff(int narg, char **arg)
{
  PairMTP::coeff(narg, arg);
  const std::string id = argyrodite::potential_id(model->potential(), species_order);
  if (id != expected_id)
    error->all(FLERR, "Pair style {}: the active set belongs to potential {}, but this is potential {} with "
               "species {}: select the active set again for it", style, expected_id, id,
               joined(species_order));
}

void *PairMTPExtrapolation::extract(const char *name, int &dimension)
{
  dimension = 0;
  if (std::strcmp(name, "gamma_flag") == 0) return &gamma_flag;
  return PairMTP::extract(name, dimension);
}

void *PairMTPExtrapolation::extract_peratom(const char *name, int &columns)
{
  if (std::strcmp(name, "gamma") != 0) return PairMTP::extract_peratom(name, columns);
  columns = 0;
  grow_grades();
  return gamma;
}

// fix pair reads the grades of all local atoms, also if no step was graded yet
void PairMTPExtrapolation::grow_grades()
{
  if (gamma != nullptr && gamma_size >= atom->nmax) return;
  memory->grow(gamma, atom->nmax, "pair:gamma");
  std::fill(gamma + gamma_size, gamma + atom->nmax, 0.0);
  gamma_size = atom->nmax;
}

void PairMTPExtrapolation::compute(int eflag, int vflag)
{
  if (gamma_flag) {
    grow_grades();
    std::fill(gamma, gamma + atom->nlocal, 0.0);
    std::fill(feature_sum.begin(), feature_sum.end(), 0.0);
    largest = 0.0;
  }
  PairMTP::compute(eflag, vflag);
  if (gamma_flag) finish_grades();
}

void PairMTPExtrapolation::block_done(const argyrodite::BlockBuilder::Found &found)
{
  if (!gamma_flag) return;
  if (!grader->per_atom()) {
    grader->add_features(found.block, work.data(), features.data(), feature_sum.data());
    return;
  }
  double grades[argyrodite::maximum_width];
  grader->grade(found.block, work.data(), features.data(), grades);
  for (int lane = 0; lane < found.block.lanes; lane++) {
    gamma[found.atoms[lane]] = grades[lane];
    largest = std::max(largest, grades[lane]);
  }
}

void PairMTPExtrapolation::finish_grades()
{
  double all = 0.0;
  if (grader->per_atom()) {
    MPI_Allreduce(&largest, &all, 1, MPI_DOUBLE, MPI_MAX, world);
  } else {
    std::vector<double> sum(feature_sum.size());
    MPI_Allreduce(feature_sum.data(), sum.data(), static_cast<int>(sum.size()), MPI_DOUBLE, MPI_SUM, world);
    all = grader->grade_of(sum.data());
    for (const auto &atoms : atoms_of)
      for (const int i : atoms) gamma[i] = all;
  }
  pvector[0] = comm->me == 0 ? all : 0.0;    // compute pair adds up the ranks
}

double PairMTPExtrapolation::memory_usage()
{
  double bytes = PairMTP::memory_usage() + gamma_size * sizeof(double);
  if (grader) bytes += grader->memory_bytes();
  return bytes + (feature_sum.size() + features.size()) * sizeof(double);
}
