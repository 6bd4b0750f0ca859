sen_test(phy_control
  SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/phy_control.cpp
    ${CMAKE_CURRENT_LIST_DIR}/phy_control_cost.cpp
    ${CMAKE_CURRENT_LIST_DIR}/phy_pdcch.cpp
    ${CMAKE_CURRENT_LIST_DIR}/phy_polar.cpp
    ${CMAKE_CURRENT_LIST_DIR}/phy_ssb.cpp
  DEPS phy)
