using System.Data.Common;
using System.Net;
using System.Net.Sockets;

namespace Escale.Orchestrate.Runs;

/// <summary>Which failures may pass by themselves, so that a second attempt makes sense.</summary>
internal static class TransientErrors
{
    /// <summary>Whether the exception, or a cause of it, is a network or server condition that passes.</summary>
    public static bool IsTransient(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case HttpRequestException { StatusCode: { } status }:
                    return status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || (int)status >= 500;
                case HttpRequestException or TimeoutException or SocketException:
                case DbException { IsTransient: true }:
                    return true;
            }
        }
        return false;
    }
}
