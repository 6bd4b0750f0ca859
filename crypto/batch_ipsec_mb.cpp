// apply_batch over libipsec-mb (SEN_IPSEC_MB): the alternative to batch.cpp.
#include <intel-ipsec-mb.h>

#include <memory>

#include "base/ensure.h"
#include "crypto/cipher.h"

namespace sen::crypto {
namespace {

constexpr size_t lot_size = 16;          // ZUC's widest multi-buffer kernel
constexpr size_t longest_octets = 8188;  // ipsec-mb takes up to 65504 bits of ZUC

// The library's state, one for each thread.
IMB_MGR* manager() {
  struct Free {
    void operator()(IMB_MGR* manager) const { free_mb_mgr(manager); }
  };
  thread_local const std::unique_ptr<IMB_MGR, Free> manager = [] {
    std::unique_ptr<IMB_MGR, Free> made(alloc_mb_mgr(0));
    ensure(made);
    IMB_ARCH architecture;
    init_mb_mgr_auto(made.get(), &architecture);
    return made;
  }();
  return manager.get();
}

// Up to lot_size packets of one algorithm, in the arrays that ipsec-mb wants.
struct Lot {
  size_t size = 0;
  const void* keys[lot_size];
  Octets<16> ivs[lot_size];
  const void* iv_pointers[lot_size];
  void* data[lot_size];
  uint32_t lengths[lot_size];

  void add(const Key128& key, const CipherJob& job, int (*make_iv)(uint32_t, uint8_t, uint8_t, void*)) {
    keys[size] = key.data();
    ensure(make_iv(job.count, job.bearer & 31, static_cast<uint8_t>(job.direction), ivs[size].data()) == 0);
    iv_pointers[size] = ivs[size].data();
    data[size] = job.data.data();
    lengths[size] = static_cast<uint32_t>(job.data.size());
    ++size;
  }
};

void run_nea1(Lot& lot) {
  snow3g_key_schedule_t schedules[lot_size];
  const snow3g_key_schedule_t* pointers[lot_size];
  for (size_t i = 0; i < lot.size; ++i) {
    IMB_SNOW3G_INIT_KEY_SCHED(manager(), lot.keys[i], &schedules[i]);
    pointers[i] = &schedules[i];
  }
  IMB_SNOW3G_F8_N_BUFFER_MULTIKEY(manager(), pointers, lot.iv_pointers, lot.data, lot.data, lot.lengths, static_cast<uint32_t>(lot.size));
  lot.size = 0;
}

void run_nea3(Lot& lot) {
  IMB_ZUC_EEA3_N_BUFFER(manager(), lot.keys, lot.iv_pointers, lot.data, lot.data, lot.lengths, static_cast<uint32_t>(lot.size));
  lot.size = 0;
}

}  // namespace

void apply_batch(std::span<const CipherJob> jobs) {
  Lot nea1, nea3;
  for (const CipherJob& job : jobs) {
    CipherAlgorithm algorithm = job.key->algorithm();
    bool fits = !job.data.empty() && job.data.size() <= longest_octets;
    if (fits && algorithm == CipherAlgorithm::nea1) {
      nea1.add(job.key->key_, job, snow3g_f8_iv_gen);
      if (nea1.size == lot_size) run_nea1(nea1);
    } else if (fits && algorithm == CipherAlgorithm::nea3) {
      nea3.add(job.key->key_, job, zuc_eea3_iv_gen);
      if (nea3.size == lot_size) run_nea3(nea3);
    } else {
      job.key->apply(job.count, job.bearer, job.direction, job.data);
    }
  }
  if (nea1.size > 0) run_nea1(nea1);
  if (nea3.size > 0) run_nea3(nea3);
}

}  // namespace sen::crypto
