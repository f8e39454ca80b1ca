namespace Escale.Ui;

/// <summary>Something that the first page says needs attention.</summary>
/// <param name="Tone"><c>bad</c> or <c>warn</c>.</param>
/// <param name="Title">What it is about.</param>
/// <param name="Words">What is wrong, and what to do, in the reader's language.</param>
/// <param name="Path">Where it is seen to.</param>
public sealed record AttentionItem(string Tone, string Title, string Words, string Path);

/// <summary>What a room has to tell the first page. Registered as a service.</summary>
public interface IAttention
{
    /// <summary>What needs attention now; empty when all is well.</summary>
    Task<IReadOnlyList<AttentionItem>> ReadAsync(Reader reader, CancellationToken cancellationToken);
}
