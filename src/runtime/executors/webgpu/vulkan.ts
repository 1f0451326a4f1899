// Whether Linux has a Vulkan driver. Dawn writes warnings of its own to standard error where there is none, so it is not started then.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Variables that name drivers' manifests outright. */
const named = ["VK_DRIVER_FILES", "VK_ICD_FILENAMES", "VK_ADD_DRIVER_FILES"];

/**
 * Whether the Vulkan loader would find the manifest of a driver, which lie in `vulkan/icd.d` of the folders for configuration and data.
 * Source: Vulkan-Loader, docs/LoaderDriverInterface.md, "Driver Discovery on Linux".
 */
export function hasVulkanDriver(environment: Readonly<Record<string, string | undefined>>): boolean {
  if (named.some((name) => (environment[name] ?? "") !== "")) return true;
  const { HOME: home = "/" } = environment;
  const listed = (name: string, otherwise: string): string[] => (environment[name] || otherwise).split(":").filter(Boolean);
  const folders = [
    ...listed("XDG_CONFIG_HOME", join(home, ".config")),
    ...listed("XDG_CONFIG_DIRS", "/etc/xdg"),
    "/etc",
    ...listed("XDG_DATA_HOME", join(home, ".local/share")),
    ...listed("XDG_DATA_DIRS", "/usr/local/share:/usr/share"),
  ].map((folder) => join(folder, "vulkan/icd.d"));
  return folders.some((folder) => existsSync(folder) && readdirSync(folder).some((file) => file.endsWith(".json")));
}
