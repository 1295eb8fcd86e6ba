# cmake -DOUTPUT=file.cpp -DMODULES=a.muster;b.muster -P embed.cmake: the modules of the standard library as C++ text.
set(entries "")
foreach(path IN LISTS MODULES)
  get_filename_component(name "${path}" NAME_WE)
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
