sen_fuzz(phy_sch SOURCES ${CMAKE_CURRENT_LIST_DIR}/phy_sch.cpp DEPS phy)
