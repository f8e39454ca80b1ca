using Escale.Kernel;
using Escale.Ui;

namespace Escale.Serve;

/// <summary>The addresses that the console shows: those that people open, which are not those listened on where a proxy stands in front.</summary>
internal static class ShownAddress
{
    /// <summary>A page's address: under <c>serve.public_url</c>, else under the address listened on; with <c>serve.path_base</c>.</summary>
    public static Uri Of(VerbCall call, Uri listening, string path) => new(call.Get<ServeSettings>().PublicUrl ?? listening, call.Get<Mount>().To(path));
}
