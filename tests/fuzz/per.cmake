sen_fuzz(per SOURCES ${CMAKE_CURRENT_LIST_DIR}/per.cpp DEPS codec/per)
target_link_libraries(fuzz_per PRIVATE per_rules)
