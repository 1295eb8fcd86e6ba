# cmake -DOUTPUT=file.cpp -DROOT=std -DMODULES=std/a.muster;std/b/c.muster -P embed.cmake: the modules of the standard
# library as C++ text. A module's name is its path below ROOT: std/b/c.muster is std.b.c.
set(entries "")
foreach(path IN LISTS MODULES)
  file(RELATIVE_PATH name "${ROOT}" "${path}")
  string(REGEX REPLACE "\\.muster$" "" name "${name}")
  string(REPLACE "/" "." name "${name}")
  file(READ "${path}" text)
  string(FIND "${text}" ")muster\"" clash)
  if(NOT clash EQUAL -1)
    message(FATAL_ERROR "${path} holds the delimiter of the raw text")
  endif()
  string(APPEND entries "    {\"std.${name}\", R\"muster(${text})muster\"},\n")
endforeach()
file(WRITE "${OUTPUT}.new" "#include \"stdlib/std/library.h\"

namespace muster::stdlib {

namespace {
constexpr Module all[] = {
${entries}};
}  // namespace

std::span<const Module> modules() { return all; }

}  // namespace muster::stdlib
")
file(COPY_FILE "${OUTPUT}.new" "${OUTPUT}" ONLY_IF_DIFFERENT)
