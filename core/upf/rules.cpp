#include "core/upf/rules.h"

#include <algorithm>
#include <new>
#include <type_traits>

#include "base/ensure.h"

namespace sen::upf {

// The block is copied as octets and freed without destructors.
template <class T>
static constexpr bool plain = std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T> && alignof(T) <= 8;
static_assert(plain<Pdr> && plain<Far> && plain<Qer> && plain<Urr> && plain<IpFilter> && plain<Bar> && plain<FramedRoute>);

IpAddress Far::peer_address() const {
  if (outer == OuterHeader::gtpu_v6) return IpAddress(peer);
  return IpAddress(Octets<4>{peer[0], peer[1], peer[2], peer[3]});
}

void RuleSet::set_filters(size_t pdr, const std::vector<IpFilter>& list) {
  Pdr& p = pdrs[pdr];
  size_t old = p.filter_count;
  filters.erase(filters.begin() + p.first_filter, filters.begin() + p.first_filter + p.filter_count);
  for (Pdr& other : pdrs)
    if (other.first_filter > p.first_filter) other.first_filter = static_cast<uint8_t>(other.first_filter - old);
  p.first_filter = static_cast<uint8_t>(filters.size());
  p.filter_count = static_cast<uint8_t>(list.size());
  filters.insert(filters.end(), list.begin(), list.end());
}

void RuleSet::erase_pdr(size_t pdr) {
  set_filters(pdr, {});
  std::erase_if(framed, [&](const FramedRoute& route) { return route.pdr_id == pdrs[pdr].id; });
  pdrs.erase(pdrs.begin() + static_cast<std::ptrdiff_t>(pdr));
}

void Rules::Free::operator()(Rules* rules) const { ::operator delete(rules, std::align_val_t{64}); }

Rules::Ptr Rules::build(const RuleSet& set) {
  Rules shape;
  uint32_t size = 0;
  auto place = [&size](size_t count, size_t each) {
    uint32_t at = size;
    size += static_cast<uint32_t>((count * each + 7) / 8 * 8);
    return at;
  };
  place(set.pdrs.size(), sizeof(Pdr));
  shape.far_at_ = place(set.fars.size(), sizeof(Far));
  shape.qer_at_ = place(set.qers.size(), sizeof(Qer));
  shape.urr_at_ = place(set.urrs.size(), sizeof(Urr));
  shape.filter_at_ = place(set.filters.size(), sizeof(IpFilter));
  shape.bar_at_ = place(set.bars.size(), sizeof(Bar));
  shape.framed_at_ = place(set.framed.size(), sizeof(FramedRoute));
  shape.octets_ = static_cast<uint32_t>(sizeof(Rules)) + size;
  shape.pdr_count_ = static_cast<uint8_t>(set.pdrs.size());
  shape.far_count_ = static_cast<uint8_t>(set.fars.size());
  shape.qer_count_ = static_cast<uint8_t>(set.qers.size());
  shape.urr_count_ = static_cast<uint8_t>(set.urrs.size());
  shape.filter_count_ = static_cast<uint8_t>(set.filters.size());
  shape.bar_count_ = static_cast<uint8_t>(set.bars.size());
  shape.framed_count_ = static_cast<uint8_t>(set.framed.size());

  Ptr rules(new (::operator new(shape.octets_, std::align_val_t{64})) Rules(shape));
  std::uninitialized_copy(set.fars.begin(), set.fars.end(), rules->at<Far>(shape.far_at_));
  std::uninitialized_copy(set.qers.begin(), set.qers.end(), rules->at<Qer>(shape.qer_at_));
  std::uninitialized_copy(set.urrs.begin(), set.urrs.end(), rules->at<Urr>(shape.urr_at_));
  std::uninitialized_copy(set.filters.begin(), set.filters.end(), rules->at<IpFilter>(shape.filter_at_));
  std::uninitialized_copy(set.bars.begin(), set.bars.end(), rules->at<Bar>(shape.bar_at_));
  std::uninitialized_copy(set.framed.begin(), set.framed.end(), rules->at<FramedRoute>(shape.framed_at_));
  rules->place_pdrs(set.pdrs);
  rules->resolve_quotas();
  rules->gather_addresses();
  return rules;
}

template <class T>
static uint8_t index_of(std::span<const T> list, uint32_t id) {
  for (size_t i = 0; i < list.size(); ++i)
    if (list[i].id == id) return static_cast<uint8_t>(i);
  return no_index;
}

// Sorts the PDRs and replaces the identifiers that they name by indices.
void Rules::place_pdrs(std::vector<PdrDraft> drafts) {
  std::stable_sort(drafts.begin(), drafts.end(), [](const Pdr& a, const Pdr& b) { return a.precedence < b.precedence; });
  for (PdrDraft& pdr : drafts) {
    pdr.far = index_of(fars(), pdr.far_id);
    ensure(pdr.far != no_index);
    for (unsigned i = 0; i < pdr.qer_count; ++i) {
      pdr.qers[i] = index_of(qers(), pdr.qer_ids[i]);
      ensure(pdr.qers[i] != no_index);
    }
    for (unsigned i = 0; i < pdr.urr_count; ++i) {
      pdr.urrs[i] = index_of(urrs(), pdr.urr_ids[i]);
      ensure(pdr.urrs[i] != no_index);
    }
  }
  std::uninitialized_copy(drafts.begin(), drafts.end(), at<Pdr>(0));
}

void Rules::resolve_quotas() {
  for (Urr& urr : std::span<Urr>(at<Urr>(urr_at_), urr_count_))
    urr.quota_far = urr.has_far_for_quota ? index_of(fars(), urr.far_for_quota) : no_index;
}

void Rules::gather_addresses() {
  for (const Pdr& pdr : pdrs()) {
    if (pdr.has_ue_v4 && !has_v4) {
      has_v4 = true;
      v4 = Address::v4(pdr.ue_v4);
    }
    if (pdr.has_ue_v6 && !has_v6) {
      has_v6 = true;
      v6 = pdr.ue_v6;
      v6_length = pdr.ue_v6_length;
    }
  }
  for (const Qer& qer : qers()) {
    if (!qer.has_qfi || (default_has_qfi && default_qfi <= qer.qfi)) continue;
    default_has_qfi = true;
    default_qfi = qer.qfi;
  }
  for (const Pdr& pdr : pdrs()) {
    if (default_has_qfi || pdr.source != Interface::access || pdr.qfis == 0) continue;
    default_has_qfi = true;
    default_qfi = static_cast<uint8_t>(__builtin_ctzll(pdr.qfis));
  }
}

RuleSet Rules::copy() const {
  std::vector<PdrDraft> drafts;
  drafts.reserve(pdr_count_);
  for (const Pdr& pdr : pdrs()) {
    PdrDraft& draft = drafts.emplace_back(pdr);
    draft.far_id = fars()[pdr.far].id;
    for (unsigned i = 0; i < pdr.qer_count; ++i) draft.qer_ids[i] = qers()[pdr.qers[i]].id;
    for (unsigned i = 0; i < pdr.urr_count; ++i) draft.urr_ids[i] = urrs()[pdr.urrs[i]].id;
  }
  auto list = [](auto span) { return std::vector(span.begin(), span.end()); };
  return {std::move(drafts), list(fars()), list(qers()), list(urrs()), list(bars()), list(filters()), list(framed())};
}

}  // namespace sen::upf
