sen_fuzz(phy_polar SOURCES ${CMAKE_CURRENT_LIST_DIR}/phy_polar.cpp DEPS phy)
