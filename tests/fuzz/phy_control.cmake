sen_fuzz(phy_control SOURCES ${CMAKE_CURRENT_LIST_DIR}/phy_control.cpp DEPS phy)
