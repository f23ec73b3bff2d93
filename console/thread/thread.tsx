/** To come. */
export default function Thread({ conversationId }: { conversationId: string; onBack: () => void }) {
  return <p>{conversationId}</p>;
}
