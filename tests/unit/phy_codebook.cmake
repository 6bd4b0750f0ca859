sen_test(phy_codebook SOURCES ${CMAKE_CURRENT_LIST_DIR}/phy_codebook.cpp DEPS phy)
