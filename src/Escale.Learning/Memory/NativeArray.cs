using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Escale.Learning.Memory;

/// <summary>
/// Zeroed memory outside the garbage-collected heap, aligned to a cache line: what the inner loops read and write. Freed by
/// <see cref="Dispose"/> or, at the latest, by the finaliser.
/// </summary>
internal sealed unsafe class NativeArray<T> : IDisposable
    where T : unmanaged
{
    private const nuint CacheLine = 64;

    public NativeArray(long length)
    {
        Length = length;
        var bytes = checked((nuint)Math.Max(1, length) * (nuint)sizeof(T));
        Pointer = (T*)NativeMemory.AlignedAlloc(bytes, CacheLine);
        NativeMemory.Clear(Pointer, bytes);
        GC.AddMemoryPressure((long)bytes);
    }

    ~NativeArray() => Free();

    public T* Pointer { get; private set; }

    public long Length { get; }

    public Span<T> Span => new(Pointer, checked((int)Length));

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (Pointer is not null)
        {
            NativeMemory.AlignedFree(Pointer);
            Pointer = null;
            GC.RemoveMemoryPressure(Math.Max(1, Length) * Unsafe.SizeOf<T>());
        }
    }
}
