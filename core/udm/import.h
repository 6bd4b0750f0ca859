// Reads subscribers from what other cores export:
//   Open5GS   the collection `subscribers`, as mongoexport writes it (one document a line, --jsonArray, --pretty)
//   free5GC   the web console's subscriber documents (ueId, AuthenticationSubscription, AccessAndMobilitySubscriptionData, ...), or
//   mongoexport of
//             the subscriptionData.* collections, in one file or in several: their documents are joined by ueId
// Which one it is, is seen from each document. Every error names the file, the record, its line, the subscriber and the field.
// Pure functions over the given text except import_files; any thread.
#pragma once

#include "core/udm/store.h"

namespace sen::udm {

inline constexpr size_t max_import_octets = size_t{512} << 20;
inline constexpr size_t max_import_depth = 32;

struct ImportText {
  std::string file;  // for error messages
  std::string_view text;
};

// The subscribers in the order of their first mention. Error on the first record that is not understood.
Result<std::vector<Subscriber>> parse_subscribers(const std::vector<ImportText>& files);

struct ImportReport {
  size_t added = 0;
  size_t replaced = 0;
};
// All files or nothing. With `replace`, subscribers that exist are overwritten (their SQN is never lowered), otherwise they are an error.
Result<ImportReport> import_files(SubscriberStore& store, const std::vector<std::string>& paths, bool replace);

}  // namespace sen::udm
