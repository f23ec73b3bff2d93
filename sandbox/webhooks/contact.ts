import type { Customer } from "../customers.ts";
import type { JsonObject } from "../json.ts";

/** The `contacts[]` element of a customer. What is not known, or hidden, is absent. */
export function toContact(customer: Customer): JsonObject {
  return {
    profile: {
      ...(customer.name !== undefined && { name: customer.name }),
      ...(customer.username !== undefined && { username: customer.username }),
    },
    ...(customer.waId !== undefined && { wa_id: customer.waId }),
    ...(customer.userId !== undefined && { user_id: customer.userId }),
    ...(customer.parentUserId !== undefined && { parent_user_id: customer.parentUserId }),
  };
}
