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

std::string join(const std::vector<std::string> &words)
{
  std::string text;
  for (const auto &word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

}    // namespace

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
void PairMTP::read_file(const char *path)
{
  std::string text;
  bigint size = -1;
  if (comm->me == 0) {
    std::ifstream file(path, std::ios::binary);
    if (file) text.assign(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    if (file && bigint(text.size()) <= maximum_file_bytes) size = text.size();
  }
  MPI_Bcast(&size, 1, MPI_LMP_BIGINT, 0, world);
  if (size < 0) error->all(FLERR, "Pair style mtp cannot read potential file {}", path);
  text.resize(size);
  MPI_Bcast(&text[0], static_cast<int>(size), MPI_CHAR, 0, world);
  std::string problem;
  try {
    model = std::make_unique<argyrodite::Model>(argyrodite::parse_potential(text));
  } catch (const std::exception &failure) {
    problem = failure.what();
  }
  if (!problem.empty()) error->all(FLERR, "Pair style mtp: {}: {}", path, problem);
}

void PairMTP::use_species(const std::vector<std::string> &names)
{
  const int count = model->potential().species_count;
  if (static_cast<int>(names.size()) != count)
    error->all(FLERR, "Pair style mtp: {} species are named but the potential has {}", names.size(),
               count);
  for (std::size_t a = 0; a < names.size(); a++)
    if (std::count(names.begin(), names.end(), names[a]) > 1)
      error->all(FLERR, "Pair style mtp: species {} is named twice", names[a]);
  species_names = names;
}

void PairMTP::settings(int narg, char **arg)
{
  if (narg < 1 || (narg > 1 && std::strcmp(arg[1], "species") != 0))
    error->all(FLERR, "Illegal pair_style mtp: expected 'pair_style mtp FILE [species NAME ...]'");
  read_file(arg[0]);
  species_names.clear();
  const std::string &tag = model->potential().tag;
  if (narg > 1)
    use_species({arg + 2, arg + narg});
  else if (tag.rfind(species_tag, 0) == 0)
    use_species(split(tag.substr(std::strlen(species_tag))));
  if (comm->me == 0)
    utils::logmesg(lmp, "  mtp: {} scalar moments, cutoff {}, species {}, kernel {}\n",
                   model->potential().linear.size(), model->potential().max_dist,
                   species_names.empty() ? "not named in the file" : join(species_names),
                   model->kernel().name);
}

// pair_coeff * * with one name for each atom type; NULL leaves a type to another pair style
void PairMTP::coeff(int narg, char **arg)
{
  if (!allocated) allocate();
  if (narg != 2 + atom->ntypes || std::strcmp(arg[0], "*") != 0 || std::strcmp(arg[1], "*") != 0)
    error->all(FLERR, "Pair style mtp: expected 'pair_coeff * *' and one species for each of the {} "
               "atom types", atom->ntypes);
  std::vector<std::string> names(arg + 2, arg + narg), order = species_names;
  if (order.empty()) {
    for (const auto &name : names)
      if (name != "NULL" && std::find(order.begin(), order.end(), name) == order.end())
        order.push_back(name);
    if (static_cast<int>(order.size()) != model->potential().species_count)
      error->all(FLERR, "Pair style mtp: the potential file does not name its {} species and "
                 "pair_coeff gives {}; add 'species NAME ...' in the file's order to pair_style",
                 model->potential().species_count, order.size());
    if (comm->me == 0)
      utils::logmesg(lmp, "  mtp: the file does not name its species; taken in pair_coeff's order: {}\n",
                     join(order));
  }
  int mapped = 0;
  for (int type = 1; type <= atom->ntypes; type++) {
    const std::string &name = names[type - 1];
    type_species[type] = -1;
    if (name == "NULL") continue;
    const auto at = std::find(order.begin(), order.end(), name);
    if (at == order.end())
      error->all(FLERR, "Pair style mtp: species {} of atom type {} is not in the potential ({})", name,
                 type, join(order));
    type_species[type] = static_cast<int>(at - order.begin());
    mapped++;
  }
  for (int i = 1; i <= atom->ntypes; i++)
    for (int j = i; j <= atom->ntypes; j++)
      setflag[i][j] = type_species[i] >= 0 && type_species[j] >= 0;
  if (mapped == 0) error->all(FLERR, "Pair style mtp: pair_coeff maps no atom type to a species");
}

void PairMTP::init_style()
{
  if (std::strcmp(update->unit_style, "metal") != 0)
    error->all(FLERR, "Pair style mtp requires units metal");
  if (force->newton_pair == 0) error->all(FLERR, "Pair style mtp requires newton pair on");
  neighbor->add_request(this, NeighConst::REQ_FULL);
}

double PairMTP::init_one(int i, int j)
{
  if (setflag[i][j] == 0)
    error->all(FLERR, "Pair style mtp: atom types {} and {} have no species; set pair_coeff", i, j);
  return model->potential().max_dist;
}

double PairMTP::memory_usage()
{
  double bytes = Pair::memory_usage();
  bytes += lanes.storage.capacity() * sizeof(double) + lanes.species.capacity() * sizeof(std::int64_t);
  bytes += (lanes.found.capacity() + packed.capacity()) * sizeof(double);
  bytes += lanes.index.capacity() * sizeof(int);
  for (const auto &atoms : atoms_of) bytes += atoms.capacity() * sizeof(int);
  return bytes;
}

void PairMTP::reserve(int rows)
{
  if (rows <= lanes.capacity) return;
  lanes.capacity = rows + rows / 4 + 8;
  const std::size_t width = model->kernel().width, size = lanes.capacity * width;
  const std::size_t work = model->kernel().work_size(model->tables(), lanes.capacity);
  lanes.storage.assign(6 * size + work + 8, 0.0);
  lanes.species.assign(size, 0);
  lanes.index.assign(size, -1);
  lanes.found.assign(4 * size, 0.0);
  double *aligned = lanes.storage.data();
  while (reinterpret_cast<std::uintptr_t>(aligned) % 64 != 0) aligned++;
  lanes.work = aligned;
  double **parts[] = {&lanes.x, &lanes.y, &lanes.z, &lanes.gx, &lanes.gy, &lanes.gz};
  aligned += work;
  for (double **part : parts) {
    *part = aligned;
    aligned += size;
  }
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

// positions and species of all atoms, ghosts included, in one cache line of 32 bytes each;
// atoms of other pair styles are put out of reach
void PairMTP::pack_atoms()
{
  const int total = atom->nlocal + atom->nghost;
  packed.resize(4 * static_cast<std::size_t>(total) + 4);
  double **x = atom->x;
  for (int i = 0; i < total; i++) {
    const int species = type_species[atom->type[i]];
    double *record = &packed[4 * static_cast<std::size_t>(i)];
    record[0] = species >= 0 ? x[i][0] : 1.0e100;
    record[1] = x[i][1];
    record[2] = x[i][2];
    record[3] = species;
  }
}

// fills the lanes with the neighbours of `count` atoms; returns the number of rows
int PairMTP::gather(const int *atoms, int count)
{
  const argyrodite::Kernel &kernel = model->kernel();
  const double cutoff = model->potential().max_dist;
  int longest = 0;
  for (int lane = 0; lane < count; lane++) longest = std::max(longest, list->numneigh[atoms[lane]]);
  reserve(longest + 1);
  const double *records[argyrodite::maximum_width];
  int rows = 0;
  double nearest = cutoff * cutoff;
  for (int lane = 0; lane < count; lane++) {
    const int i = atoms[lane];
    double *out = &lanes.found[4 * static_cast<std::size_t>(lane) * lanes.capacity];
    found[lane] = kernel.gather(packed.data(), atom->x[i], list->firstneigh[i], list->numneigh[i],
                                NEIGHMASK, cutoff * cutoff, out,
                                &lanes.index[static_cast<std::size_t>(lane) * lanes.capacity], &nearest);
    records[lane] = out;
    rows = std::max(rows, found[lane]);
  }
  if (nearest < 1.0e-12) error->one(FLERR, "Pair style mtp: two atoms are at the same place");
  for (int lane = 0; lane < count; lane++) {
    double *end = &lanes.found[4 * (static_cast<std::size_t>(lane) * lanes.capacity + found[lane])];
    for (int n = found[lane]; n < rows; n++, end += 4) {
      end[0] = cutoff;
      end[1] = end[2] = end[3] = 0.0;
    }
  }
  kernel.interleave(records, count, rows, cutoff, lanes.x, lanes.y, lanes.z, lanes.species.data());
  return rows;
}

void PairMTP::scatter(const int *atoms, int count, const double *energy)
{
  const int width = model->kernel().width;
  double **f = atom->f;
  for (int lane = 0; lane < count; lane++) {
    if (!std::isfinite(energy[lane]))
      error->one(FLERR, "Pair style mtp: the energy of atom {} is not finite: the "
                 "simulation has exploded", atom->tag[atoms[lane]]);
    const int i = atoms[lane];
    const int *index = &lanes.index[static_cast<std::size_t>(lane) * lanes.capacity];
    double fx = 0.0, fy = 0.0, fz = 0.0;
    for (int n = 0, at = lane; n < found[lane]; n++, at += width) {
      double *fj = f[index[n]];
      fx += lanes.gx[at];
      fy += lanes.gy[at];
      fz += lanes.gz[at];
      fj[0] -= lanes.gx[at];
      fj[1] -= lanes.gy[at];
      fj[2] -= lanes.gz[at];
    }
    f[i][0] += fx;
    f[i][1] += fy;
    f[i][2] += fz;
    if (eflag_global) eng_vdwl += energy[lane];
    if (eflag_atom) eatom[i] += energy[lane];
    if (!vflag_atom && (!vflag_global || vflag_fdotr)) continue;
    // half of each pair's virial to either atom
    for (int n = 0, at = lane; n < found[lane]; n++, at += width) {
      const double dx = lanes.x[at], dy = lanes.y[at], dz = lanes.z[at];
      const double v[6] = {-dx * lanes.gx[at], -dy * lanes.gy[at], -dz * lanes.gz[at],
                           -dx * lanes.gy[at], -dx * lanes.gz[at], -dy * lanes.gz[at]};
      if (vflag_global && !vflag_fdotr)
        for (int k = 0; k < 6; k++) virial[k] += v[k];
      if (vflag_atom)
        for (int k = 0; k < 6; k++) {
          vatom[i][k] += 0.5 * v[k];
          vatom[index[n]][k] += 0.5 * v[k];
        }
    }
  }
}

void PairMTP::compute(int eflag, int vflag)
{
  ev_init(eflag, vflag);
  sort_by_species();
  pack_atoms();
  const argyrodite::Kernel &kernel = model->kernel();
  double energy[argyrodite::maximum_width];
  for (int species = 0; species < static_cast<int>(atoms_of.size()); species++) {
    const std::vector<int> &atoms = atoms_of[species];
    for (std::size_t first = 0; first < atoms.size(); first += kernel.width) {
      const int count = static_cast<int>(std::min<std::size_t>(kernel.width, atoms.size() - first));
      const int rows = gather(&atoms[first], count);
      const argyrodite::Block block{species, rows, count, lanes.x, lanes.y, lanes.z, lanes.species.data()};
      kernel.evaluate(model->tables(), block, lanes.work, energy, lanes.gx, lanes.gy, lanes.gz);
      scatter(&atoms[first], count, energy);
    }
  }
  if (vflag_fdotr) virial_fdotr_compute();
}
