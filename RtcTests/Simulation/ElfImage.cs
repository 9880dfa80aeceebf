using System.Globalization;
using System.Runtime.InteropServices;

namespace RtcTests.Simulation;

/// <summary>A 64-bit ELF library as it lies in this process's memory (System V ABI, chapters 4 and 5).</summary>
internal sealed unsafe class ElfImage
{
    private const int SegmentDynamic = 2;
    private const long TagNull = 0;
    private const long TagPltRelocationsSize = 2;
    private const long TagStrings = 5;
    private const long TagSymbols = 6;
    private const long TagRelocations = 7;
    private const long TagRelocationsSize = 8;
    private const long TagPltRelocations = 23;
    private const int SymbolLength = 24;

    private readonly byte* _base;
    private readonly Dictionary<long, long> _dynamic = [];

    /// <param name="fileName">Name of a loaded library, without its folder.</param>
    public ElfImage(string fileName)
    {
        _base = (byte*)FindBase(fileName);
        byte* headers = _base + *(long*)(_base + 32);
        int headerLength = *(ushort*)(_base + 54);
        int count = *(ushort*)(_base + 56);
        for (int i = 0; i < count; i++)
        {
            byte* header = headers + (i * headerLength);
            if (*(int*)header == SegmentDynamic)
            {
                ReadDynamic((long*)(_base + *(long*)(header + 16)));
            }
        }
    }

    /// <summary>Where the addresses of an imported function are kept.</summary>
    public List<nint> FindImportSlots(string function)
    {
        List<nint> slots = [];
        Collect(function, TagPltRelocations, TagPltRelocationsSize, slots);
        Collect(function, TagRelocations, TagRelocationsSize, slots);
        return slots;
    }

    private static nint FindBase(string fileName)
    {
        foreach (string line in File.ReadLines("/proc/self/maps"))
        {
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length > 5 && Path.GetFileName(fields[5]) == fileName
                && long.Parse(fields[2], NumberStyles.HexNumber, CultureInfo.InvariantCulture) == 0)
            {
                return nint.Parse(fields[0].Split('-')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            }
        }

        throw new InvalidOperationException($"{fileName} is not loaded");
    }

    private void ReadDynamic(long* entry)
    {
        for (; *entry != TagNull; entry += 2)
        {
            _dynamic[entry[0]] = entry[1];
        }
    }

    private void Collect(string function, long tableTag, long sizeTag, List<nint> slots)
    {
        if (!_dynamic.ContainsKey(tableTag))
        {
            return;
        }

        byte* symbols = Address(TagSymbols);
        byte* strings = Address(TagStrings);
        var relocation = (Relocation*)Address(tableTag);
        Relocation* end = relocation + (_dynamic[sizeTag] / sizeof(Relocation));
        for (; relocation < end; relocation++)
        {
            byte* symbol = symbols + ((relocation->Info >> 32) * SymbolLength);
            if (Marshal.PtrToStringUTF8((nint)(strings + *(uint*)symbol)) == function)
            {
                slots.Add((nint)(_base + relocation->Offset));
            }
        }
    }

    /// <summary>The loader has replaced offsets by addresses on most machines, not on all.</summary>
    private byte* Address(long tag)
    {
        long value = _dynamic[tag];
        return value < (long)_base ? _base + value : (byte*)value;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Relocation
    {
        public long Offset;
        public long Info;
        public long Addend;
    }
}
