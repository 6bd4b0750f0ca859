sen_fuzz(phy_ldpc SOURCES ${CMAKE_CURRENT_LIST_DIR}/phy_ldpc.cpp DEPS phy)
