/** Requests that several stories make. */
export const SIGN_IN = `mutation ($input: SignInInput!) {
  signIn(input: $input) { clientMutationId session { accessToken accessTokenExpiresAt refreshToken userId tenantId } }
}`;

export const REFRESH = `mutation ($token: String!) {
  refreshSession(input: { refreshToken: $token }) { session { accessToken refreshToken userId } }
}`;

export const WHO_AM_I = "{ currentUser { id email } currentMembership { role } }";

export const SEND = `mutation ($input: SendMessageInput!) {
  sendMessage(input: $input) { message { id preview status author conversation { id } } }
}`;
