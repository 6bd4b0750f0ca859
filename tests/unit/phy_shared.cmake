sen_test(phy_shared SOURCES ${CMAKE_CURRENT_LIST_DIR}/phy_shared.cpp DEPS phy)
