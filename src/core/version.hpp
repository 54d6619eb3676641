#pragma once

#include "vitrina/version.hpp"  // part of the public API; core/version.cpp is its other half
