using Escale.Testing;

namespace Escale.Kernel.Tests.Files;

public sealed class A_path_from_outside : IDisposable
{
    private readonly TempFolder _root = new();

    [Theory]
    [InlineData("../secret")]
    [InlineData("a/../../secret")]
    [InlineData("..\\secret")]
    [InlineData("a\\..\\..\\secret")]
    [InlineData("%2e%2e/secret")]
    [InlineData("/etc/passwd")]
    [InlineData("//server/share/x")]
    [InlineData("\\\\server\\share")]
    [InlineData("file:///etc/passwd")]
    [InlineData("C:/windows")]
    [InlineData("a//b")]
    [InlineData("./a")]
    [InlineData("a/.")]
    [InlineData("")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    public void Is_refused_when_it_could_leave_its_root(string path)
    {
        var error = Assert.Throws<EscaleException>(() => SafePath.Under(_root.Path, path));

        Assert.Equal("kernel.path-escapes", error.Code);
    }

    [Fact]
    public void Is_refused_when_a_link_stands_on_the_way()
    {
        Directory.CreateSymbolicLink(Path.Combine(_root.Path, "link"), "/etc");

        Assert.Throws<EscaleException>(() => SafePath.Under(_root.Path, "link/passwd"));
    }

    [Fact]
    public void Is_joined_to_its_root_otherwise() =>
        Assert.Equal(Path.Combine(_root.Path, "a", "b c.parquet"), SafePath.Under(_root.Path, "a/b c.parquet"));

    public void Dispose() => _root.Dispose();
}
