sen_fuzz(phy_pucch SOURCES ${CMAKE_CURRENT_LIST_DIR}/phy_pucch.cpp DEPS phy)
