export const errorWith = (members: object, message = 'm') =>
  Object.assign(new Error(message), members)
