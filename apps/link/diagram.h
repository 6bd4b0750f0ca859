// Diagrams in SVG: a frame with a grid and numbers at its axes, lines with marks. Everything is appended to the picture's text; lengths are its pixels.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace sen::link {

inline constexpr std::array diagram_colours = {"#1f6fb4", "#d9541e", "#2a9140", "#8a4fb0", "#b8860b", "#c2185b", "#00838f", "#5d4037"};

std::string xml_escaped(std::string_view text);

struct Range {
  double low = 0, high = 1;
};

class Diagram {
 public:
  Diagram(double left, double top, double width, double height, Range x, Range y = {}) : left_(left), top_(top), width_(width), height_(height), x_(x), y_(y) {}

  double x(double v) const { return left_ + (v - x_.low) / (x_.high - x_.low) * width_; }
  double y(double v) const { return top_ + (y_.high - v) / (y_.high - y_.low) * height_; }

  // Frame, titles, and the numbers of the x axis.
  void frame(std::string& out, std::string_view title, std::string_view x_title) const;
  void level(std::string& out, double v, std::string_view text) const;
  // A level at every round number.
  void levels(std::string& out) const;

 private:
  double left_, top_, width_, height_;
  Range x_, y_;
};

class Line {
 public:
  void point(double x, double y) { path_ += step(path_.empty() ? 'M' : 'L', x, y); }
  // The line is interrupted.
  void gap() { gap_ = true; }
  void mark(double x, double y, const char* colour);
  void bar(double x, double y1, double y2, const char* colour);
  std::string text(const char* colour, double width = 1.6, double opacity = 1) const;

 private:
  std::string step(char command, double x, double y);
  std::string path_, marks_;
  bool gap_ = false;
};

}  // namespace sen::link
