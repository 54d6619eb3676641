// Boost.JSON as source, once: so no library of Boost is linked.
#include <boost/json/src.hpp>
