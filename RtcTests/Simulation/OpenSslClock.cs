using System.Runtime.InteropServices;

namespace RtcTests.Simulation;

/// <summary>
/// A virtual clock for OpenSSL's DTLS timers, which read gettimeofday themselves. The import of that function in the
/// loaded library is replaced by one that answers with the calling thread's virtual time; a thread that has none gets
/// the real time, so that tests run beside each other.
/// </summary>
public sealed unsafe partial class OpenSslClock : IDisposable
{
    private const long EpochUs = 1_700_000_000_000_000;
    private const int PageSize = 4096;
    private const int ProtectionReadWrite = 3;

    private static readonly Lazy<int> Patched = new(Patch);

    [ThreadStatic]
    private static OpenSslClock? s_current;

    private OpenSslClock()
    {
    }

    /// <summary>Virtual time in microseconds.</summary>
    public long NowUs { get; set; }

    /// <summary>Gives the calling thread a virtual time, from 0, until it is disposed.</summary>
    public static OpenSslClock Enter()
    {
        if (Patched.Value == 0)
        {
            throw new InvalidOperationException("no import of gettimeofday was found in libssl or libcrypto");
        }

        s_current = new OpenSslClock();
        return s_current;
    }

    /// <inheritdoc/>
    public void Dispose() => s_current = null;

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static partial int ProtectMemory(nint address, nuint length, int protection);

    [UnmanagedCallersOnly]
    private static int GetTimeOfDay(TimeValue* value, void* zone)
    {
        long us = s_current is { } clock
            ? EpochUs + clock.NowUs
            : (DateTime.UtcNow - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        value->Seconds = us / 1_000_000;
        value->Microseconds = us % 1_000_000;
        return 0;
    }

    /// <summary>
    /// Up to OpenSSL 3.1 the timers read the clock in libssl, later in libcrypto. Returns how many slots were changed.
    /// </summary>
    private static int Patch()
    {
        foreach (string library in (string[])["libssl.so.3", "libcrypto.so.3"])
        {
            NativeLibrary.Load(library);
            var image = new ElfImage(library);
            List<nint> slots = image.FindImportSlots("gettimeofday");
            foreach (nint slot in slots)
            {
                nint page = slot & ~(nint)(PageSize - 1);
                if (ProtectMemory(page, PageSize, ProtectionReadWrite) != 0)
                {
                    throw new InvalidOperationException($"mprotect: {Marshal.GetLastPInvokeError()}");
                }

                *(delegate* unmanaged<TimeValue*, void*, int>*)slot = &GetTimeOfDay;
            }

            if (slots.Count > 0)
            {
                return slots.Count;
            }
        }

        return 0;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeValue
    {
        public long Seconds;
        public long Microseconds;
    }
}
