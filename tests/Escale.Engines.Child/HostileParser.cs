using System.Runtime.InteropServices;
using Escale.Engines.Sandbox;
using Escale.Kernel;

namespace Escale.Engines.Child;

/// <summary>A parser that does what a hostile file may bring one to do; the first word of the request says what.</summary>
public sealed class HostileParser : SandboxParser
{
    private static readonly List<byte[]> _kept = [];

    public override string Name => "hostile";

    public override string Parse(string request, CancellationToken cancellationToken)
    {
        var words = request.Split(' ');
        switch (words[0])
        {
            case "read":
                return Read(words[1]);
            case "write":
                File.WriteAllText(words[1], "written");
                return "";
            case "crash":
                Marshal.WriteByte(Marshal.AllocHGlobal(1), int.MaxValue, 1);
                return "";
            case "recurse":
                return Recurse(1).ToString(System.Globalization.CultureInfo.InvariantCulture);
            case "exhaust":
                while (true)
                {
                    var block = GC.AllocateUninitializedArray<byte>(16 << 20);
                    block.AsSpan().Fill(1);
                    _kept.Add(block);
                }
            case "loop":
                while (!cancellationToken.IsCancellationRequested)
                {
                }
                return "";
            case "fail":
                throw new EscaleException("collect.file-broken", "The file is broken.", "Get it again.", new Place("a.json", 3, 4, Field: "f"));
            default:
                return new string('x', int.Parse(words[1]));
        }
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return $"refused: {error.GetType().Name}";
        }
    }

    private static long Recurse(long depth) => depth == long.MaxValue ? 0 : Recurse(depth + 1) + depth;
}
