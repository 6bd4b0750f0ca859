#include "apps/link/diagram.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace sen::link {
namespace {

// Distance of the grid's lines: 1, 2 or 5 times a power of ten, not more than `most` of them.
double step_of(Range range, double most) {
  const double least = (range.high - range.low) / most, decade = std::pow(10, std::floor(std::log10(least)));
  for (double times : {1.0, 2.0, 5.0}) {
    if (times * decade >= least * (1 - 1e-9)) return times * decade;
  }
  return 10 * decade;
}

// Of an axis; never -0.
std::string number(double v) { return fmt::format("{:g}", std::round(v * 1000) / 1000 + 0.0); }

template <class F>
void each_round(Range range, double most, F&& f) {
  const double step = step_of(range, most);
  for (double i = std::ceil(range.low / step - 1e-9); i * step <= range.high + step * 1e-6; ++i) f(i * step);
}

}  // namespace

std::string xml_escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '&') out += "&amp;";
    else out += c;
  }
  return out;
}

void Diagram::frame(std::string& out, std::string_view title, std::string_view x_title) const {
  constexpr double pixels_a_number = 36;
  each_round(x_, std::max(2.0, width_ / pixels_a_number), [&](double v) {
    out += fmt::format("<line x1=\"{0:.1f}\" y1=\"{1:.1f}\" x2=\"{0:.1f}\" y2=\"{2:.1f}\" stroke=\"#ddd\"/>\n", x(v), top_, top_ + height_);
    out += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>\n", x(v), top_ + height_ + 16, number(v));
  });
  out += fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"none\" stroke=\"#444\"/>\n", left_, top_, width_, height_);
  out += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" font-weight=\"bold\">{}</text>\n", left_, top_ - 8, title);
  out += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>\n", left_ + width_ / 2, top_ + height_ + 34, x_title);
}

void Diagram::level(std::string& out, double v, std::string_view text) const {
  out += fmt::format("<line x1=\"{1:.1f}\" y1=\"{0:.1f}\" x2=\"{2:.1f}\" y2=\"{0:.1f}\" stroke=\"#ddd\"/>\n", y(v), left_, left_ + width_);
  out += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>\n", left_ - 6, y(v) + 4, text);
}

void Diagram::levels(std::string& out) const {
  constexpr double pixels_a_number = 28;
  each_round(y_, std::max(2.0, height_ / pixels_a_number), [&](double v) { level(out, v, number(v)); });
}

std::string Line::step(char command, double x, double y) { return fmt::format("{}{:.1f} {:.1f}", std::exchange(gap_, false) ? 'M' : command, x, y); }
void Line::mark(double x, double y, const char* colour) { marks_ += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3\" fill=\"{}\"/>\n", x, y, colour); }
void Line::bar(double x, double y1, double y2, const char* colour) {
  marks_ += fmt::format("<line x1=\"{0:.1f}\" y1=\"{1:.1f}\" x2=\"{0:.1f}\" y2=\"{2:.1f}\" stroke=\"{3}\"/>\n", x, y1, y2, colour);
}
std::string Line::text(const char* colour, double width, double opacity) const {
  return fmt::format("<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{:g}\" stroke-opacity=\"{:g}\"/>\n{}", path_, colour, width, opacity, marks_);
}

}  // namespace sen::link
