namespace S3Auth.Application.Service;

/// <summary>The registered hotkeys of one coldkey.</summary>
/// <param name="Count">The number of registered hotkeys that the coldkey owns.</param>
/// <param name="First">The hotkeys with the lowest uids, at most <see cref="MaxShown"/>.</param>
public sealed record OwnedHotkeys(int Count, IReadOnlyList<OwnedHotkey> First)
{
    /// <summary>The maximum number of hotkeys in <see cref="First"/>. One coldkey can own every hotkey of a subnet.</summary>
    public const int MaxShown = 20;
}

/// <summary>One registered hotkey.</summary>
/// <param name="Hotkey">Its address.</param>
/// <param name="Uid">Its uid.</param>
/// <param name="MayUpload">Whether it may upload into its own folder.</param>
/// <param name="MayRead">Whether it may read the files of all miners.</param>
public sealed record OwnedHotkey(AccountId Hotkey, ushort Uid, bool MayUpload, bool MayRead);
