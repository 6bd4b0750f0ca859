sen_fuzz(phy_estimator SOURCES ${CMAKE_CURRENT_LIST_DIR}/phy_estimator.cpp DEPS phy)
