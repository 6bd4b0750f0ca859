// The subscriber store: one SQLite file (WAL), or ":memory:" for simulation. Read and written by the core and, at the same time, by the
// CLI in another process; what the other changes is seen at the next call.
//
// SQN guarantee (TS 33.102 6.3.1, Annex C): an SQN that next_aka() has given is never given again, whatever kills the process or the
// machine, except after a resynchronisation that the USIM asked for. The store does not write for each vector: each process that generates
// vectors opens a new epoch (one synced write at its first vector), and each subscriber starts an epoch `span` SEQ above whatever the
// epochs before could have used. A subscriber who uses up its span, or resynchronises, costs one small write, which survives kill -9. One
// process at a time generates vectors: an earlier one is refused (Fault::denied) when it next has to write.
//
// Executor: that of its owner. CPU: next_aka() below 2 us for a subscriber seen before, find() below 1 us when cached, below 40 us else.
// Errors: Fault::io with SQLite's words, not_found, invalid (validate()), exhausted (max_subscribers).
#pragma once

#include <memory>

#include "core/udm/subscriber.h"

namespace sen::udm {

class SubscriberStore {
 public:
  static constexpr uint64_t span = 1024;  // SEQ values a subscriber may use in one epoch without a write
  static constexpr size_t max_subscribers = 4'000'000;
  static constexpr size_t max_cached = 8192;  // decoded subscribers kept
  static constexpr size_t max_changes_kept = 100'000;

  // Creates the file if it is absent. Error unsupported if its schema is newer than ours.
  static Result<SubscriberStore> open(const std::string& path);
  SubscriberStore(SubscriberStore&&) noexcept;
  SubscriberStore& operator=(SubscriberStore&&) noexcept;
  ~SubscriberStore();

  const std::string& path() const;

  // Error invalid if the IMSI is there already.
  Status add(const Subscriber& subscriber);
  // Replaces everything but never lowers the SQN. Error not_found.
  Status update(const Subscriber& subscriber);
  Status remove(const std::string& imsi);
  // All or nothing. With `replace`, subscribers that exist are updated, otherwise they are an error. Gives how many were new.
  Result<size_t> put(const std::vector<Subscriber>& subscribers, bool replace);
  // As stored; shared with the cache.
  Result<std::shared_ptr<const Subscriber>> find(const std::string& imsi);
  // IMSIs in order, from the first above `after`.
  Result<std::vector<std::string>> list(const std::string& after = {}, size_t limit = 1000);
  Result<size_t> count();

  // Subscribers that anybody (the CLI in another process, this one) added, changed or removed since open() or the last call, oldest first,
  // at most `limit`. `lost`: more were written in between than the file remembers. Below 10 us when there are none.
  struct Changes {
    std::vector<std::string> imsis;
    bool lost = false;
  };
  Result<Changes> take_changes(size_t limit = 1000);

  // What one authentication needs. The SQN is used by being given.
  struct Aka {
    crypto::AkaFunctions functions;
    crypto::Sqn sqn;
    Octets<2> amf;
    sbi::AuthType method;
  };
  // Error denied if the subscriber is barred.
  Result<Aka> next_aka(const std::string& imsi);
  // Verifies AUTS against the RAND of its challenge and continues above SQN_MS. Gives SQN_MS. Error denied on a wrong MAC-S.
  Result<crypto::Sqn> resynchronise(const std::string& imsi, const Octets<16>& rand, const crypto::Auts& auts);

 private:
  struct State;
  explicit SubscriberStore(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace sen::udm
