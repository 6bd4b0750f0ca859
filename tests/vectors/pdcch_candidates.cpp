// Block "pdcch_candidates": the first CCE of every candidate of a search space, TS 38.213 10.1.
#include "nr/search_space.h"
#include "tests/vectors/frame.h"

namespace sen::vectors {
namespace {

Outcome run(const Case& c) {
  Outcome o;
  if (c.group() != "common.csv" && c.group() != "ue_specific.csv") {
    o.fail("unknown table {}", c.group());
    return o;
  }
  uint32_t y = c.group() == "common.csv"
                   ? 0
                   : nr::search_space_y(c.integer("coreset_id"), static_cast<nr::Rnti>(c.integer<uint16_t>("rnti")), c.integer("slot_in_frame"));
  auto candidates = c.integer("nof_candidates"), level = c.integer("aggregation_level"), cces = c.integer("n_cce_coreset");
  if (candidates > 64) c.error("nof_candidates", "more than 64");
  std::vector<unsigned> ours;
  for (unsigned m = 0; m < candidates; ++m) {
    auto cce = nr::candidate_cce(y, level, m, candidates, cces);
    if (!o.holds("the candidate exists", cce.has_value())) return o;
    ours.push_back(*cce);
  }
  o.equal("first CCEs", ours, c.integers("first_cce_of_each_candidate"));
  return o;
}

const Register registered("pdcch_candidates", run);

}  // namespace
}  // namespace sen::vectors
