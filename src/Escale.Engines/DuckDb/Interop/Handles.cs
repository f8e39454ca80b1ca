using System.Runtime.InteropServices;

namespace Escale.Engines.DuckDb.Interop;

/// <summary>Releases a DuckDB object and forgets its address.</summary>
internal delegate void ReleaseObject(ref nint handle);

/// <summary>A DuckDB object that is released once, also when the caller forgets to.</summary>
internal abstract class DuckHandle(ReleaseObject release) : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected sealed override bool ReleaseHandle()
    {
        release(ref handle);
        return true;
    }
}

internal sealed class DatabaseHandle() : DuckHandle(Native.Close);

internal sealed class ConnectionHandle() : DuckHandle(Native.Disconnect);

internal sealed class StatementHandle() : DuckHandle(Native.DestroyPrepare);

internal sealed class ExtractedHandle() : DuckHandle(Native.DestroyExtracted);

internal sealed class PendingHandle() : DuckHandle(Native.DestroyPending);

internal sealed class AppenderHandle() : DuckHandle(static (ref nint handle) => _ = Native.AppenderDestroy(ref handle));

/// <summary>The 48 bytes of a <c>duckdb_result</c>, at an address that does not move.</summary>
internal sealed unsafe class ResultHandle : DuckHandle
{
    public ResultHandle()
        : base(Free)
    {
        SetHandle((nint)NativeMemory.AllocZeroed((nuint)sizeof(NativeResult)));
    }

    public NativeResult* Pointer => (NativeResult*)handle;

    private static void Free(ref nint handle)
    {
        Native.DestroyResult((NativeResult*)handle);
        NativeMemory.Free((void*)handle);
    }
}
