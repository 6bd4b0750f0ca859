sen_test(link SOURCES ${CMAKE_CURRENT_LIST_DIR}/link_sweep.cpp ${CMAKE_CURRENT_LIST_DIR}/link_trials.cpp DEPS base apps/link)
