using System.Text;
using Escale.Kernel;

namespace Escale.Projects;

/// <summary>Reads text files of a project: bounded, UTF-8, with errors that name the file.</summary>
public static class ProjectFile
{
    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The text of a file without its byte-order mark.</summary>
    /// <param name="path">Absolute path.</param>
    /// <param name="shown">The path as messages show it.</param>
    /// <param name="maxSizeBytes">The largest size that is read.</param>
    /// <exception cref="EscaleException"><c>projects.file-unreadable</c> when it is missing, too large, not UTF-8, or may not be read.</exception>
    public static string ReadText(string path, string shown, long maxSizeBytes = 8 << 20)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
            if (stream.Length > maxSizeBytes)
            {
                throw Unreadable(shown, $"is larger than {maxSizeBytes >> 20} MiB", "Split it.");
            }
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            var content = bytes.AsSpan();
            return _strict.GetString(content.StartsWith(Encoding.UTF8.Preamble) ? content[3..] : content);
        }
        catch (DecoderFallbackException error)
        {
            throw Unreadable(shown, "is not UTF-8 text", "Save it as UTF-8.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(shown, $"cannot be read: {error.Message.TrimEnd('.')}", "Check that the file exists and may be read.", error);
        }
    }

    private static EscaleException Unreadable(string shown, string why, string remedy, Exception? inner = null) =>
        new("projects.file-unreadable", $"The file {shown} {why}.", remedy, new Place(shown), inner);
}
