/** The template that campaigns send, as Meta lists it. A template that is missing from the list is deleted. */
export const SPRING = {
  id: "7001",
  name: "spring",
  language: "en_US",
  status: "APPROVED",
  category: "MARKETING",
  components: [{ type: "BODY", text: "Hello {{1}}, spring is here" }],
};
