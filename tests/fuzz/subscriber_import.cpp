// Any bytes as an export file. What the import takes, the store must take and give back as it was.
#include "base/ensure.h"
#include "core/udm/import.h"

using namespace sen;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static udm::SubscriberStore store = std::move(*udm::SubscriberStore::open(":memory:"));
  auto parsed = udm::parse_subscribers({{"fuzz.json", as_text({data, size})}});
  if (!parsed) {
    ensure(!parsed.error().text.empty());
    return 0;
  }
  ensure(store.put(*parsed, false).has_value());
  for (const auto& subscriber : *parsed) {
    auto found = store.find(subscriber.imsi);
    ensure(found && **found == subscriber);
    ensure(store.next_aka(subscriber.imsi).has_value() || subscriber.barred);
    ensure(store.remove(subscriber.imsi).has_value());
  }
  return 0;
}
