#include "base/result.h"

namespace sen {

const char* to_string(Fault fault) {
  switch (fault) {
    case Fault::truncated: return "truncated";
    case Fault::invalid: return "invalid";
    case Fault::unsupported: return "unsupported";
    case Fault::missing: return "missing";
    case Fault::not_found: return "not found";
    case Fault::exhausted: return "exhausted";
    case Fault::denied: return "denied";
    case Fault::io: return "i/o";
  }
  return "unknown";
}

std::string Error::describe() const { return where.empty() ? text : where + ": " + text; }

Error Error::within(std::string_view outer) && {
  where = where.empty() ? std::string(outer) : std::string(outer) + "." + where;
  return std::move(*this);
}

}  // namespace sen
