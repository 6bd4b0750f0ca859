sen_fuzz(phy_shared SOURCES ${CMAKE_CURRENT_LIST_DIR}/phy_shared.cpp DEPS phy)
