#include "simulate/config.hpp"

namespace vitrina::simulate {

void SimulateConfig::visit(ConfigVisitor& visitor) {
  visitor.field("scale", scale, {0.001, 20},
                "size against the case's log: users in proportion, products by its power 0.75");
  visitor.field("days", days, {2, 120}, "length of the log in days");
  visitor.field("vector_dim", vector_dim, {2, 64}, "numbers in a title vector");
  visitor.field("junk_share", junk_share, {0, 0.1},
                "share of visits, and of product lists, that carry the junk id /*");
  visitor.field("bots_per_100k", bots_per_100k, {0, 1000},
                "visitors in a hundred thousand who are programs: many pages, no basket");
  visitor.field("many_devices_share", many_devices_share, {0, 1},
                "share of people with several loc_user_ids");
  visitor.field("many_ids_share", many_ids_share, {0, 1},
                "share of people with several user_ids on the same devices");
  visitor.field("buying_share", buying_share, {0, 0.9},
                "share of shopping missions that are meant to end in an order");
  visitor.field("purchase_delay_days", purchase_delay_days, {0.05, 30},
                "median days from the start of a mission to its order, when not at once");
  visitor.field("consumable_share", consumable_share, {0, 1},
                "share of the demand that is for products bought again at intervals");
  visitor.field("new_product_share", new_product_share, {0, 0.6},
                "share of products that arrive during the log");
  visitor.field("gone_product_share", gone_product_share, {0, 0.4},
                "share of products that go off sale during the log");
  visitor.field("refreshed_share", refreshed_share, {0, 1},
                "share of catalog rows whose add_date was refreshed after the log's end");
}

}  // namespace vitrina::simulate
