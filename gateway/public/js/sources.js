import { createTestPicture } from './test-picture.js';

/** What can be published, by name: functions that give a MediaStream. */
export const sources = {
  camera: () =>
    navigator.mediaDevices.getUserMedia({
      audio: true,
      video: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } },
    }),
  screen: () => navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { ideal: 15 } }, audio: true }),
  test: async (name) => createTestPicture(name),
};
