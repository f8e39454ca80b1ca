namespace Escale.Kernel;

/// <summary>A disk without room: the same words wherever it is met.</summary>
public static class DiskFull
{
    /// <summary>The code of the error.</summary>
    public const string Code = "host.disk-full";

    /// <summary>Whether it is what an exception tells of.</summary>
    public static bool Is(Exception error) => error is IOException && (error.HResult & 0xFFFF) is 0x70 or 28;

    /// <summary>The error for people.</summary>
    public static EscaleException Error(Exception error) => Error(error.Message, error);

    /// <summary>The error for people, of what something else says of it.</summary>
    /// <param name="message">What it says.</param>
    /// <param name="inner">The exception, or null.</param>
    public static EscaleException Error(string message, Exception? inner = null) =>
        new(Code, $"The disk is full: {message}", "Free some space and do it again: every table stands at its last complete version.", inner: inner);
}
