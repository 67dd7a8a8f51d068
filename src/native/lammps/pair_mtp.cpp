// SPDX-License-Identifier: GPL-2.0-only
#include "pair_mtp.h"

#include "atom.h"
#include "comm.h"
#include "error.h"
#include "force.h"
#include "memory.h"
#include "neigh_list.h"
#include "neighbor.h"
#include "update.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>

using namespace LAMMPS_NS;

namespace {

constexpr const char *species_tag = "species ";
constexpr bigint maximum_file_bytes = bigint(1) << 30;

std::vector<std::string> split(const std::string &text)
{
  std::istringstream words(text);
  return {std::istream_iterator<std::string>(words), std::istream_iterator<std::string>()};
}

}    // namespace

std::string LAMMPS_NS::joined(const std::vector<std::string> &words)
{
  std::string text;
  for (const auto &word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

PairMTP::PairMTP(LAMMPS *lmp) : Pair(lmp)
{
  single_enable = 0;
  restartinfo = 0;
  one_coeff = 1;
  manybody_flag = 1;
  centroidstressflag = CENTROID_NOTAVAIL;
}

PairMTP::~PairMTP()
{
  if (allocated) {
    memory->destroy(setflag);
    memory->destroy(cutsq);
  }
}

void PairMTP::allocate()
{
  allocated = 1;
  const int n = atom->ntypes + 1;
  memory->create(setflag, n, n, "pair:setflag");
  memory->create(cutsq, n, n, "pair:cutsq");
  for (int i = 1; i < n; i++)
    for (int j = 1; j < n; j++) setflag[i][j] = 0;
  type_species.assign(n, -1);
}

// the first rank reads, so that a shared file system sees one reader
std::string PairMTP::read_file(const char *path, const char *what)
{
  std::string text;
  bigint size = -1;
  if (comm->me == 0) {
    std::ifstream file(path, std::ios::binary);
    if (file) text.assign(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    if (file && bigint(text.size()) <= maximum_file_bytes) size = text.size();
  }
  MPI_Bcast(&size, 1, MPI_LMP_BIGINT, 0, world);
  if (size < 0) error->all(FLERR, "Pair style {} cannot read {} file {}", style, what, path);
  text.resize(size);
  MPI_Bcast(&text[0], static_cast<int>(size), MPI_CHAR, 0, world);
  return text;
}

void PairMTP::read_potential(const char *path)
{
  const std::string text = read_file(path, "potential");
  std::string problem;
  try {
    model = std::make_unique<argyrodite::Model>(argyrodite::parse_potential(text));
    builder = std::make_unique<argyrodite::BlockBuilder>(model->kernel(), model->potential().max_dist);
  } catch (const std::exception &failure) {
    problem = failure.what();
  }
  if (!problem.empty()) error->all(FLERR, "Pair style {}: {}: {}", style, path, problem);
}

void PairMTP::use_species(const std::vector<std::string> &names)
{
  const int count = model->potential().species_count;
  if (static_cast<int>(names.size()) != count)
    error->all(FLERR, "Pair style {}: {} species are named but the potential has {}", style,
               names.size(), count);
  for (std::size_t a = 0; a < names.size(); a++)
    if (std::count(names.begin(), names.end(), names[a]) > 1)
      error->all(FLERR, "Pair style {}: species {} is named twice", style, names[a]);
  species_names = names;
}

void PairMTP::settings(int narg, char **arg)
{
  if (narg < 1 || (narg > 1 && std::strcmp(arg[1], "species") != 0))
    error->all(FLERR, "Illegal pair_style mtp: expected 'pair_style mtp FILE [species NAME ...]'");
  read_potential(arg[0]);
  species_names.clear();
  const std::string &tag = model->potential().tag;
  if (narg > 1)
    use_species({arg + 2, arg + narg});
  else if (tag.rfind(species_tag, 0) == 0)
    use_species(split(tag.substr(std::strlen(species_tag))));
  if (comm->me == 0)
    utils::logmesg(lmp, "  mtp: {} scalar moments, cutoff {}, species {}, kernel {}\n",
                   model->potential().linear.size(), model->potential().max_dist,
                   species_names.empty() ? "not named in the file" : joined(species_names),
                   model->kernel().name);
}

// pair_coeff * * with one name for each atom type; NULL leaves a type to another pair style
void PairMTP::coeff(int narg, char **arg)
{
  if (!allocated) allocate();
  if (narg != 2 + atom->ntypes || std::strcmp(arg[0], "*") != 0 || std::strcmp(arg[1], "*") != 0)
    error->all(FLERR, "Pair style {}: expected 'pair_coeff * *' and one species for each of the {} "
               "atom types", style, atom->ntypes);
  const std::vector<std::string> names(arg + 2, arg + narg);
  std::vector<std::string> &order = species_order;
  order = species_names;
  if (order.empty()) {
    for (const auto &name : names)
      if (name != "NULL" && std::find(order.begin(), order.end(), name) == order.end())
        order.push_back(name);
    if (static_cast<int>(order.size()) != model->potential().species_count)
      error->all(FLERR, "Pair style {}: the potential file does not name its {} species and "
                 "pair_coeff gives {}; add 'species NAME ...' in the file's order to pair_style",
                 style, model->potential().species_count, order.size());
    if (comm->me == 0)
      utils::logmesg(lmp, "  mtp: the file does not name its species; taken in pair_coeff's order: {}\n",
                     joined(order));
  }
  int mapped = 0;
  for (int type = 1; type <= atom->ntypes; type++) {
    const std::string &name = names[type - 1];
    type_species[type] = -1;
    if (name == "NULL") continue;
    const auto at = std::find(order.begin(), order.end(), name);
    if (at == order.end())
      error->all(FLERR, "Pair style {}: species {} of atom type {} is not in the potential ({})", style,
                 name, type, joined(order));
    type_species[type] = static_cast<int>(at - order.begin());
    mapped++;
  }
  for (int i = 1; i <= atom->ntypes; i++)
    for (int j = i; j <= atom->ntypes; j++)
      setflag[i][j] = type_species[i] >= 0 && type_species[j] >= 0;
  if (mapped == 0) error->all(FLERR, "Pair style {}: pair_coeff maps no atom type to a species", style);
}

void PairMTP::init_style()
{
  if (std::strcmp(update->unit_style, "metal") != 0)
    error->all(FLERR, "Pair style {} requires units metal", style);
  if (force->newton_pair == 0) error->all(FLERR, "Pair style {} requires newton pair on", style);
  neighbor->add_request(this, NeighConst::REQ_FULL);
}

double PairMTP::init_one(int i, int j)
{
  if (setflag[i][j] == 0)
    error->all(FLERR, "Pair style {}: atom types {} and {} have no species; set pair_coeff", style, i,
               j);
  return model->potential().max_dist;
}

double PairMTP::memory_usage()
{
  double bytes = Pair::memory_usage() + (work.size() + gradients.size()) * sizeof(double);
  if (builder) bytes += builder->memory_bytes();
  for (const auto &atoms : atoms_of) bytes += atoms.capacity() * sizeof(int);
  return bytes;
}

void PairMTP::sort_by_species()
{
  atoms_of.resize(model->potential().species_count);
  for (auto &atoms : atoms_of) atoms.clear();
  for (int ii = 0; ii < list->inum; ii++) {
    const int i = list->ilist[ii];
    const int species = type_species[atom->type[i]];
    if (species >= 0) atoms_of[species].push_back(i);
  }
}

void PairMTP::set_atoms()
{
  const int total = atom->nlocal + atom->nghost;
  builder->begin(total);
  for (int i = 0; i < total; i++) builder->set_atom(i, atom->x[i], type_species[atom->type[i]]);
}

void PairMTP::compute(int eflag, int vflag)
{
  ev_init(eflag, vflag);
  sort_by_species();
  set_atoms();
  const auto visitor = [this](const argyrodite::BlockBuilder::Found &found) { compute_block(found); };
  for (int species = 0; species < static_cast<int>(atoms_of.size()); species++) {
    const std::vector<int> &atoms = atoms_of[species];
    builder->visit(species, atoms.data(), static_cast<int>(atoms.size()), list->firstneigh, list->numneigh,
                   NEIGHMASK, visitor);
  }
  add_forces();
  if (vflag_fdotr) virial_fdotr_compute();
}

void PairMTP::compute_block(const argyrodite::BlockBuilder::Found &found)
{
  const argyrodite::Kernel &kernel = model->kernel();
  const argyrodite::Tables &tables = model->tables();
  const std::size_t pairs = static_cast<std::size_t>(found.block.neighbours) * kernel.width;
  const std::size_t size = kernel.work_size(tables, found.block.neighbours);
  if (work.size() < size) work.reset(size + size / 4);
  if (gradients.size() < 3 * pairs) gradients.reset(4 * pairs);
  double *const gx = gradients.data(), *const gy = gx + pairs, *const gz = gy + pairs;
  double energy[argyrodite::maximum_width];
  if (builder->nearest2() < 1.0e-12) error->one(FLERR, "Pair style {}: two atoms are at the same place", style);
  kernel.evaluate(tables, found.block, work.data(), energy, gx, gy, gz);
  builder->add_forces(found, gx, gy, gz);
  tally(found, energy, gx, gy, gz);
  block_done(found);
}

void PairMTP::tally(const argyrodite::BlockBuilder::Found &found, const double *energy, const double *gx,
                    const double *gy, const double *gz)
{
  for (int lane = 0; lane < found.block.lanes; lane++) {
    const int i = found.atoms[lane];
    if (!std::isfinite(energy[lane]))
      error->one(FLERR, "Pair style {}: the energy of atom {} is not finite: the "
                 "simulation has exploded", style, atom->tag[i]);
    if (eflag_global) eng_vdwl += energy[lane];
    if (eflag_atom) eatom[i] += energy[lane];
    if (vflag_atom || (vflag_global && !vflag_fdotr))
      tally_virial(found, lane, gx, gy, gz);
  }
}

// half of each pair's virial to either atom
void PairMTP::tally_virial(const argyrodite::BlockBuilder::Found &found, int lane, const double *gx,
                           const double *gy, const double *gz)
{
  const int width = model->kernel().width, i = found.atoms[lane];
  for (int n = 0, at = lane; n < found.counts[lane]; n++, at += width) {
    const double dx = found.block.x[at], dy = found.block.y[at], dz = found.block.z[at];
    const double v[6] = {-dx * gx[at], -dy * gy[at], -dz * gz[at],
                         -dx * gy[at], -dx * gz[at], -dy * gz[at]};
    if (vflag_global && !vflag_fdotr)
      for (int k = 0; k < 6; k++) virial[k] += v[k];
    if (vflag_atom)
      for (int k = 0; k < 6; k++) {
        vatom[i][k] += 0.5 * v[k];
        vatom[found.neighbours[lane][n]][k] += 0.5 * v[k];
      }
  }
}

void PairMTP::add_forces()
{
  const double *forces = builder->forces();
  const int total = atom->nlocal + atom->nghost;
  double **f = atom->f;
  for (int i = 0; i < total; i++, forces += 4) {
    f[i][0] += forces[0];
    f[i][1] += forces[1];
    f[i][2] += forces[2];
  }
}
