#include "phy/kernels/dft.h"

#include <fftw3.h>

#include <mutex>

#include "base/ensure.h"

namespace sen::phy {
namespace {

std::mutex planner;  // FFTW's planner is one for the process

fftwf_complex* fftw(Cf* p) { return reinterpret_cast<fftwf_complex*>(p); }

void destroy(void* plan) {
  std::lock_guard lock(planner);
  fftwf_destroy_plan(static_cast<fftwf_plan>(plan));
}

}  // namespace

Dft::Dft(size_t size, Direction direction, Effort effort) : size_(size) {
  ensure(size > 0 && size <= 1u << 20);
  Aligned<Cf> in(size), out(size);
  const int sign = direction == Direction::forward ? FFTW_FORWARD : FFTW_BACKWARD;
  const unsigned flags = effort == Effort::measure ? FFTW_MEASURE : FFTW_ESTIMATE;
  std::unique_lock lock(planner);
  fftwf_plan plan = fftwf_plan_dft_1d(static_cast<int>(size), fftw(in.data()), fftw(out.data()), sign, flags);
  lock.unlock();
  ensure(plan);
  plan_ = std::shared_ptr<void>(plan, destroy);
}

void Dft::run(const Cf* in, Cf* out) const {
  fftwf_execute_dft(static_cast<fftwf_plan>(plan_.get()), fftw(const_cast<Cf*>(in)), fftw(out));
}

bool Dft::aligned(const Cf* p) { return fftwf_alignment_of(reinterpret_cast<float*>(const_cast<Cf*>(p))) == 0; }

}  // namespace sen::phy
