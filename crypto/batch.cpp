#include "crypto/cipher.h"

namespace sen::crypto {

void apply_batch(std::span<const CipherJob> jobs) {
  for (const CipherJob& job : jobs) job.key->apply(job.count, job.bearer, job.direction, job.data);
}

}  // namespace sen::crypto
